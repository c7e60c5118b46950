"""Options: the settings of a rule, described for forms, files and validation.

An `Option` is the one place where a setting has its name, label, bounds, choices, help text and its
dependence on other settings. Forms, validation and error messages are derived from it.
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
        Name in files and arguments.
    label : str
        Label in forms.
    default : float, int, bool or str
        Default value; all values have its type.
    low, high : float
        Minimum and maximum of a number.
    choices : tuple of str
        Allowed texts, by their names in files and arguments.
    choice_titles : tuple of str
        Labels of the choices in forms; derived from their names by default.
    help : str
        Effect of the setting, in complete sentences.
    short : str
        Label for a narrow form; `label` by default.
    main : bool
        Whether a form always shows it (it folds the others away), and a summary of the settings
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
        """Return the label of a choice in forms.

        Parameters
        ----------
        choice : str
            One of `choices`.

        Returns
        -------
        str
            Title of the choice, by default its name with a capital letter and spaces.
        """
        if self.choice_titles:
            return self.choice_titles[self.choices.index(choice)]
        return choice.replace("_", " ").capitalize()

    def checked(self, value: object) -> Any:
        """Check a value.

        Parameters
        ----------
        value : object
            Value to check.

        Returns
        -------
        float, int, bool or str
            Checked value, of the type of the default.

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
        Option with this name.

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
