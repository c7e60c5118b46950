"""The roles that were guessed in a graph of another program, with a control to correct each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pandas
import streamlit as st

from app.session import state
from app.shared.words import escape_markdown
from nbn_core.checks import plural
from nbn_core.formats.foreign_graphs import ROLES, NodeRole
from nbn_core.formats.recognise import roles_in

MENUS: Final = 16  # nodes that have a menu each; of more nodes there is a table
MAX_FILES: Final = 8  # of the session whose roles are remembered
_TITLES: Final = {role: role.capitalize() for role in ROLES}
_ROWS: Final = 6  # of menus; more of them are scrolled, so that an error above stays in sight
_HEIGHT: Final = 340
_TEXT_WIDTH: Final = 178  # with a menu beside it, no wider than a phone
_MENU_WIDTH: Final = 126


@dataclass(slots=True)
class FileRoles:
    """The nodes of one file, and the roles that the reader gave some of them."""

    key: str
    nodes: tuple[NodeRole, ...]
    given: dict[str, str] = field(default_factory=dict)
    version: int = 0  # part of the widget keys; increased to show the guesses again
    # What was given when the table was mounted: Streamlit forgets edits if the values under them
    # change.
    mounted: dict[str, str] = field(default_factory=dict)

    def role(self, node: NodeRole) -> str:
        """Return the role of a node, as given or else as guessed."""
        return self.given.get(node.name, node.role)

    def give(self, node: NodeRole, role: str) -> None:
        """Set the role of a node; the guessed one is no correction."""
        if role == node.role:
            self.given.pop(node.name, None)
        else:
            self.given[node.name] = role


@dataclass(slots=True)
class GivenRoles:
    """The corrected roles of the files of this session, by their contents."""

    files: dict[str, FileRoles] = field(default_factory=dict)

    def of(self, data: str | bytes) -> FileRoles:
        """Return the roles of a file; it has no nodes if none are guessed in it."""
        raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
        key = hashlib.blake2b(raw, digest_size=8).hexdigest()
        if key not in self.files:
            self.files[key] = FileRoles(key, roles_in(data))
            while len(self.files) > MAX_FILES:
                del self.files[next(iter(self.files))]
        return self.files[key]


def correct_roles(roles: FileRoles, name: str) -> None:
    """Show the role of each node, and run the page again when one is changed.

    Parameters
    ----------
    roles : FileRoles
        Nodes of the file and their roles.
    name : str
        Name of the file if there are several; empty otherwise.
    """
    before = dict(roles.given)
    with st.container(border=True, gap="small"):
        of_file = f" of {escape_markdown(name)}" if name else ""
        st.markdown(f"**Roles of the nodes{of_file}**")
        st.caption(_summary(roles))
        if len(roles.nodes) <= MENUS:
            _menus(roles)
        else:
            _table(roles)
        if before and st.button(
            "Restore the guessed roles", key=f"nbn-roles-restore-{roles.key}", type="tertiary",
            icon=":material/undo:",
        ):  # fmt: skip
            roles.given.clear()
            roles.version += 1
    if roles.given != before:
        st.rerun()


def _summary(roles: FileRoles) -> str:
    text = (
        "The file gives no roles, so they were guessed from connections and labels. Change any "
        "that is wrong."
    )
    if roles.given:
        text += f" {plural(len(roles.given), 'role')} changed."
    return text


def _menus(roles: FileRoles) -> None:
    height: Literal["content"] | int = _HEIGHT if len(roles.nodes) > _ROWS else "content"
    with st.container(height=height, border=False, gap="small"):
        for number, node in enumerate(roles.nodes):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(
                    f"{escape_markdown(node.name)}  \n:small[:gray[{_about(node, roles)}]]",
                    width=_TEXT_WIDTH,
                )
                role = st.selectbox(
                    f"Role of {escape_markdown(node.name)}", ROLES, ROLES.index(roles.role(node)),
                    _TITLES.__getitem__, key=f"nbn-role-{roles.key}-{roles.version}-{number}",
                    label_visibility="collapsed", width=_MENU_WIDTH,
                )  # fmt: skip
            roles.give(node, role)


def _about(node: NodeRole, roles: FileRoles) -> str:
    if roles.role(node) != node.role:
        return f"changed; guessed {node.role}"
    return escape_markdown(node.reason)


def _table(roles: FileRoles) -> None:
    """Show a table; its menus are Streamlit's, so the titles of the roles are its values."""
    key = f"nbn-roles-{roles.key}-{roles.version}"
    if state.widget(key) is None:
        roles.mounted = dict(roles.given)
    frame = pandas.DataFrame(
        {
            "Node": [node.name for node in roles.nodes],
            "Role": [_TITLES[roles.mounted.get(node.name, node.role)] for node in roles.nodes],
            "Reason for the guess": [node.reason for node in roles.nodes],
            "In": [node.n_in for node in roles.nodes],
            "Out": [node.n_out for node in roles.nodes],
        }
    )
    edited = st.data_editor(
        frame, hide_index=True, height=_HEIGHT, width="stretch",
        disabled=["Node", "Reason for the guess", "In", "Out"], column_config=_columns(),
        key=key, alt="The roles of the nodes",
    )  # fmt: skip
    known = {title: role for role, title in _TITLES.items()}
    for node, title in zip(roles.nodes, edited["Role"], strict=True):
        roles.give(node, known.get(title, node.role))


def _columns() -> dict[str, Any]:
    return {
        "Node": st.column_config.TextColumn(pinned=True),
        "Role": st.column_config.SelectboxColumn(
            options=list(_TITLES.values()), required=True, width="small"
        ),
        "In": st.column_config.NumberColumn(help="Connections to the node", width="small"),
        "Out": st.column_config.NumberColumn(help="Connections from the node", width="small"),
    }
