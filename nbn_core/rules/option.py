"""Options: the settings of a rule, as forms, files and checks need them.

An `Option` is the one place where a setting has its name, label, bounds, choices, help text and its
dependence on other settings. The forms of the pages, the checks of files and the errors follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbn_core.checks import not_negative, positive, shown, whole
from nbn_core.errors import SettingError


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a rule.

    Parameters
    ----------
    name : str
        Its name in files and calls.
    label : str
        Its name in forms.
    default : float, int, bool or str
        Its value unless given; values have the same type.
    low, high : float
        Smallest and largest number allowed.
    choices : tuple of str
        Texts allowed, by their names in files and calls.
    choice_titles : tuple of str
        Texts for forms, one for each of `choices`; made from the names by default.
    help : str
        What the setting does, in complete sentences.
    short : str
        Label for a narrow form; `label` by default.
    main : bool
        Whether a form shows it before those that it folds away, and a summary of the settings
        names it even at its default.
    reset_by : tuple of str
        Settings whose change sets this one back to the rule's own value.

    Raises
    ------
    SettingError
        If `choice_titles` are given and do not match `choices` in number.
    """

    name: str
    label: str
    default: float | int | bool | str
    low: float = 0.0
    high: float = 1e9
    choices: tuple[str, ...] = ()
    choice_titles: tuple[str, ...] = ()
    help: str = ""
    short: str = ""
    main: bool = False
    reset_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.choice_titles and len(self.choice_titles) != len(self.choices):
            raise SettingError(
                f"The option {self.name} has {len(self.choices)} choices and "
                f"{len(self.choice_titles)} titles for them: give one title for each choice."
            )

    @property
    def short_label(self) -> str:
        """Label for a narrow form."""
        return self.short or self.label

    def choice_title(self, choice: str) -> str:
        """Return the text of a choice for forms."""
        if self.choice_titles:
            return self.choice_titles[self.choices.index(choice)]
        return choice.replace("_", " ").capitalize()

    def checked(self, value: object) -> Any:
        """Check a value.

        Parameters
        ----------
        value : object
            The value given.

        Returns
        -------
        float, int, bool or str
            The value, of the type of the default.

        Raises
        ------
        SettingError
            If the value has the wrong type or is out of bounds.
        """
        if isinstance(self.default, bool):
            if not isinstance(value, bool):
                raise SettingError(f"{self.name} must be true or false, not {shown(value)}.")
            return value
        if isinstance(self.default, str):
            if not isinstance(value, str) or value not in self.choices:
                raise SettingError(
                    f"{self.name} must be one of {', '.join(self.choices)}, not {shown(value)}."
                )
            return value
        if isinstance(self.default, int):
            return whole(value, self.name, int(self.low), int(self.high))
        number = positive(value, self.name) if self.low > 0 else not_negative(value, self.name)
        if not self.low <= number <= self.high:
            raise SettingError(
                f"{self.name} must be from {self.low:g} to {self.high:g}, not {number:g}."
            )
        return number


def checked_settings(
    title: str, options: tuple[Option, ...], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Check settings and fill in the defaults of the others.

    Parameters
    ----------
    title : str
        Title of the rule, for the error.
    options : tuple of Option
        All settings of the rule.
    given : mapping
        Values by name.

    Returns
    -------
    dict
        A value for every option.

    Raises
    ------
    SettingError
        If a name is unknown, or a value has the wrong type or is out of bounds.
    """
    for name in given:
        find(options, title, name)
    return {
        option.name: option.checked(given.get(option.name, option.default)) for option in options
    }


def find(options: Iterable[Option], title: str, name: object) -> Option:
    """Return the option with a name.

    Parameters
    ----------
    options : iterable of Option
        All settings of the rule.
    title : str
        Title of the rule, for the error.
    name : object
        Name of the setting.

    Returns
    -------
    Option
        The option.

    Raises
    ------
    SettingError
        If there is none with this name.
    """
    for option in options:
        if option.name == name:
            return option
    known = ", ".join(option.name for option in options) or "none"
    raise SettingError(f"{title} has no setting {shown(name)}: it has {known}.")
