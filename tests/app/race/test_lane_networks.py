"""Lanes with networks of their own: honest starts, one unit of work, refusals, and the link."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.race.lanes import Budget, Lane
from app.race.networks import described, entrant
from app.race.race import Race
from app.race.results import results
from app.race.session import RaceSession
from app.race.table import reopened
from app.session.document import document_of
from app.session.jobs import Workers
from app.session.state import Session
from nbn_core.experiment import NetworkChoice, RaceSetup
from nbn_core.network import Topology
from nbn_core.network.variants import without_bridges
from tests.app.fake_browser import is_a_sentence
from tests.app.race.helpers import XOR, RaceVisitor, finished, raced

BRIDGED = replace(XOR, topology=Topology.bmlp([2, 3, 1], output="bipolar"))
PLAIN = Lane(0, "nbn", network=NetworkChoice("no bridges"))


def test_a_lane_trains_its_own_network_from_the_shared_weights(workers: Workers) -> None:
    race = finished(Race(BRIDGED, (PLAIN, Lane(1, "nbn")), Budget()), workers)
    own, drawn = (run.training for run in race.runs if run is not None)
    assert own is not None
    assert drawn is not None
    topology = race.entrants[0].experiment.topology
    assert topology == without_bridges(BRIDGED.topology)
    known = dict(zip(BRIDGED.topology.weight_names, drawn.trace().weights[0], strict=True))
    start = [known[name] for name in topology.weight_names]
    np.testing.assert_array_equal(own.trace().weights[0], start)
    assert entrant(BRIDGED, PLAIN.network).start == "All 13 weights start as in the drawing."
    assert race.titles() == ["NBN (without bridges)", "NBN"]


def test_work_is_counted_in_passes_of_the_drawn_network() -> None:
    wide = Lane(0, "ebp", network=NetworkChoice("twice as wide"))
    races = raced(BRIDGED, (wide, Lane(1, "ebp")), Budget("work", work=5_000.0))
    assert races.race is not None
    spent = []
    for run, one in zip(races.race.runs, races.race.entrants, strict=True):
        assert run is not None
        assert run.training is not None
        trace = run.within()
        assert trace is not None
        assert trace.work[-1] <= 5_000.0
        own = run.training.trace().work[len(trace) - 1] * one.experiment.topology.n_weights
        assert trace.work[-1] * BRIDGED.topology.n_weights == pytest.approx(own, rel=1e-12)
        spent.append(trace.work[-1])
    assert spent[0] == pytest.approx(spent[1], rel=0.01)


def test_a_network_that_does_not_fit_is_refused_by_name_and_others_race(workers: Workers) -> None:
    other = NetworkChoice("kept", name="for iris", topology=Topology.mlp([4, 3, 3]))
    unknown = NetworkChoice("family", "torus", 3)
    lanes = (Lane(0, "nbn", network=other), Lane(1, "nbn"), Lane(2, "nbn", network=unknown))
    misfit, solved, strange = results(finished(Race(BRIDGED, lanes, Budget()), workers))
    assert misfit.state == strange.state == "refused"
    assert "for iris" in misfit.sentence
    assert is_a_sentence(misfit.sentence)
    assert is_a_sentence(strange.sentence)
    assert solved.reached is not None


def test_the_browser_gets_the_network_of_each_lane(visitor: RaceVisitor) -> None:
    visitor.races.put((PLAIN, Lane(1, "nbn", network=NetworkChoice("family", "fcc", 2))))
    sent = visitor.answer()
    assert [len(one["links"]) for one in sent["networks"]] == [17, 12]
    assert sent["lanes"][1]["network"] == "2-2-1 FCC: 12 weights, 3 neurons, depth 3"
    assert "networks" not in visitor.answer({"key": sent["key"]})
    visitor.races.put((PLAIN,))
    assert len(visitor.answer({"key": sent["key"]})["networks"]) == 1


def test_a_run_of_another_network_reopens_on_draw_and_trains_to_the_same_bits() -> None:
    races = raced(BRIDGED, (PLAIN,), Budget())
    [entry] = races.log
    again = reopened(entry, BRIDGED).training()
    while again.stop is None:
        again.advance()
    [run] = races.race.runs if races.race is not None else [None]
    assert run is not None
    trace = run.within()
    assert trace is not None
    np.testing.assert_array_equal(again.trace().weights[-1], trace.weights[-1])


def test_lanes_and_budget_go_into_the_session_and_come_back() -> None:
    session, races = Session([document_of(BRIDGED)]), RaceSession()
    races.follow(session)
    assert session.race is None
    races.put((PLAIN, Lane(5, "adam", {"rate": 0.01})))
    races.set_budget(Budget("work", work=777.0))
    races.follow(session)
    assert isinstance(session.race, RaceSetup)
    other = RaceSession()
    other.follow(Session([document_of(BRIDGED)], race=session.race))
    assert (other.lanes, other.budget) == (races.lanes, races.budget)
    races.reset(BRIDGED)
    races.follow(session)
    assert session.race is None


def test_a_network_is_described_by_sizes_weights_neurons_and_depth() -> None:
    assert described(Topology.mlp([2, 3, 1])) == "2-3-1 SLP: 13 weights, 4 neurons, depth 2"
