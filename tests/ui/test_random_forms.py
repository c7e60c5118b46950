"""Random walks over the forms of the pages: they show what is in use, and keep what was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from streamlit.runtime.caching import cache_resource_api
from streamlit.testing.v1 import AppTest

from app.session.state import Session
from nbn_core.experiment import OwnData, ProblemData
from tests.app.fake_browser import LONG

ROOT = Path(__file__).resolve().parents[2]
CSV = "day,warm,wet,sort\n" + "".join(
    f"{i},{i * 7 % 11},{i * 5 % 13},{'abc'[i % 3]}\n" for i in range(24)
)
PAGES = ("draw", "inside", "topologies", "race", "share")
SECTIONS = ("Built-in problems", "Your files", "Painting")


class Forms(RuleBasedStateMachine):
    """A reader who fills in forms, goes away and comes back."""

    @initialize()
    def open(self) -> None:
        cache_resource_api.clear_session_cache("test session id")
        self.app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=LONG).run()
        self.go("data")
        self.section = SECTIONS[0]
        self.file: dict[str, Any] = {}  # what was chosen for the file
        self.hessian = "Structure"
        self.compared = ["slp", "bmlp1", "fcc"], (1, 8), 50

    def teardown(self) -> None:
        cache_resource_api.clear_session_cache("test session id")

    @property
    def session(self) -> Session:
        session: Session = self.app.session_state["nbn.session"]
        return session

    def has(self, key: str) -> bool:
        return any(button.key == key and not button.disabled for button in self.app.button)

    def widget(self, kind: str, start: str) -> Any:
        return next(w for w in getattr(self.app, kind) if str(w.key).startswith(start))

    def go(self, page: str) -> None:
        self.app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
        assert not self.app.exception

    @rule(page=st.sampled_from(PAGES))
    def leave_and_return(self, page: str) -> None:
        self.go(page)
        self.go("data")

    @rule(section=st.sampled_from(["Structure", "Memory", "Spectrum"]))
    def look_at_the_hessian(self, section: str) -> None:
        self.go("hessian")
        control = self.app.segmented_control(key="nbn-hessian-section")
        assert control.value == self.hessian
        control.set_value(section).run()
        self.hessian = section
        self.go("data")

    @rule(
        families=st.lists(st.sampled_from(["slp", "mlp2", "fcc", "drawing"]), unique=True),
        sizes=st.sampled_from([(1, 8), (2, 3), (20, 20)]), seeds=st.sampled_from([1, 50, 10**6]),
    )  # fmt: skip
    def compare_topologies(self, families: list[str], sizes: tuple[int, int], seeds: int) -> None:
        self.go("topologies")
        pills = self.app.pills(key="nbn-topologies-families")
        slider = self.app.slider(key="nbn-topologies-sizes")
        number = self.app.number_input(key="nbn-topologies-seeds")
        assert (pills.value, slider.value, number.value) == self.compared
        pills.set_value(families)
        slider.set_value(sizes)
        number.set_value(seeds).run()
        each = sizes[1] - sizes[0] + 1
        networks = sum(1 if family == "drawing" else each for family in families)
        assert len(self.app.warning) == (not families or networks * seeds > 10**6)
        self.compared = families, sizes, seeds
        self.go("data")

    @rule(section=st.sampled_from(SECTIONS))
    def choose_section(self, section: str) -> None:
        self.app.segmented_control(key="nbn-data-section").set_value(section).run()
        self.section = section

    # Built-in problems

    @rule(name=st.sampled_from(["moons", "parity", "sinc"]), train=st.sampled_from([50, 75, 100]))
    def use_problem(self, name: str, train: int) -> None:
        self.choose_section(SECTIONS[0])
        self.app.button(key=f"nbn-problem-{name}").click().run()
        self.widget("slider", "nbn-problem-split-").set_value(train).run()
        if self.has("nbn-data-take"):
            self.app.button(key="nbn-data-take").click().run()
        data = self.session.experiment.data
        assert isinstance(data, ProblemData)
        assert (data.name, data.train_share) == (name, train / 100)

    # Files

    @rule(wanted=st.sampled_from(["warm", "sort"]), share=st.sampled_from([40, 60]))
    def use_file(self, wanted: str, share: int) -> None:
        self.choose_section(SECTIONS[1])
        if not self.file:
            self.app.text_area(key="nbn-file-paste").set_value(CSV).run()
            self.app.button(key="nbn-file-read").click().run()
        self.widget("multiselect", "nbn-file-out-").set_value([wanted]).run()
        self.widget("multiselect", "nbn-file-in-").set_value(["wet"]).run()
        next(w for w in self.app.slider if str(w.key).endswith("-train")).set_value(share).run()
        if self.has("nbn-data-take"):
            self.app.button(key="nbn-data-take").click().run()
        data = self.session.experiment.data
        assert isinstance(data, OwnData)
        assert data.whole.input_names == ("wet",)
        assert data.train_share == share / 100
        self.file = {"out": [wanted], "in": ["wet"], "share": share}

    @precondition(lambda self: self.section != SECTIONS[2])
    @rule(key=st.sampled_from(["nbn-data-undo", "nbn-data-redo"]))
    def undo(self, key: str) -> None:
        if self.has(key):
            self.app.button(key=key).click().run()

    # Always

    @invariant()
    def no_page_fails(self) -> None:
        assert not self.app.exception
        assert not self.session.warnings

    @invariant()
    def the_section_is_kept(self) -> None:
        assert self.app.segmented_control(key="nbn-data-section").value == self.section

    @invariant()
    def the_form_of_the_file_is_kept(self) -> None:
        if self.section != SECTIONS[1] or not self.file:
            return
        assert self.widget("multiselect", "nbn-file-out-").value == self.file["out"]
        assert self.widget("multiselect", "nbn-file-in-").value == self.file["in"]
        [share] = [w.value for w in self.app.slider if str(w.key).endswith("-train")]
        assert share == self.file["share"]

    @invariant()
    def the_form_of_a_problem_shows_what_is_in_use(self) -> None:
        data = self.session.experiment.data
        if self.section != SECTIONS[0] or not isinstance(data, ProblemData):
            return
        assert not self.has("nbn-data-take")
        assert self.widget("slider", "nbn-problem-split-").value == 100 * data.train_share
        for name, value in data.parameters.items():
            assert self.widget("number_input", f"nbn-parameter-{data.name}-{name}").value == value


Forms.TestCase.settings = settings(max_examples=5, stateful_step_count=12)
TestForms = Forms.TestCase
