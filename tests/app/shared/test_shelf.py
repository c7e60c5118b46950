"""Kept drawings: named, reopened with their places, and refused where they do not fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.race.session import RaceSession
from app.session.document import document_of
from app.session.state import Session, first_experiment
from app.shared import shelf
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment, KeptDrawing
from nbn_core.network import Topology
from tests.app.fake_browser import is_a_sentence


def session_of(experiment: Experiment) -> Session:
    return Session([document_of(experiment)])


def test_a_kept_drawing_reopens_with_its_places_and_undo_leaves_the_shelf_alone() -> None:
    session = session_of(first_experiment())
    topology = session.experiment.topology
    shelf.keep(session, "mine", topology)
    places = session.document.sketch.places()
    other = replace(session.experiment, topology=Topology.mlp([2, 3, 1]), drawing=None)
    session.put(document_of(other))
    [kept] = session.shelf
    session.put(document_of(shelf.reopened(session.experiment, kept)))
    assert session.experiment.topology == topology
    assert session.document.sketch.places() == places
    assert session.move(-1)
    assert session.experiment.topology == other.topology
    assert session.shelf == (kept,)


def test_names_are_suggested_free_and_checked() -> None:
    session = session_of(first_experiment())
    topology = session.experiment.topology
    for expected in ("2-8-8-1 MLP", "2-8-8-1 MLP (2)", "2-8-8-1 MLP (3)"):
        name = shelf.suggested_name(topology, session.shelf)
        assert name == expected
        shelf.keep(session, name, topology)
    with pytest.raises(NBNError, match="same name"):
        shelf.renamed(session, "2-8-8-1 MLP", "2-8-8-1 MLP (2)")
    with pytest.raises(NBNError, match="1 to 40"):
        shelf.keep(session, "  ", topology)
    shelf.renamed(session, "2-8-8-1 MLP", "first")
    assert [one.name for one in session.shelf] == ["first", "2-8-8-1 MLP (2)", "2-8-8-1 MLP (3)"]


def test_a_drawing_for_other_data_is_refused_by_its_name() -> None:
    kept = KeptDrawing("for iris", Topology.mlp([4, 3, 3]))
    with pytest.raises(NBNError, match="for iris") as caught:
        shelf.reopened(first_experiment(), kept)
    assert is_a_sentence(str(caught.value))


def test_networks_are_put_into_the_race_until_its_lanes_are_full() -> None:
    session = session_of(first_experiment())
    kept = KeptDrawing("mine", Topology.mlp([2, 3, 1]))
    shelf.into_race(session, kept)
    assert session.race is not None
    assert [one.network.name for one in session.race.lanes] == ["", "mine"]
    races = RaceSession()
    races.follow(session)
    assert [lane.title for lane in races.lanes] == ["NBN", "NBN (mine)"]
    for _ in range(6):
        shelf.into_race(session, kept)
    with pytest.raises(NBNError, match="8 lanes"):
        shelf.into_race(session, kept)
    shelf.into_race(session, kept, KeptDrawing("other", Topology.fcc(2, 2, 1)))
    assert [one.network.name for one in session.race.lanes] == ["mine", "other"]
    races.follow(session)
    assert len(races.lanes) == 2
