"""What a part of a page shows while the kernels that it computes with are being compiled."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def wait_for(compiling: Callable[[], bool]) -> bool:
    """Show that this part is being compiled, and show the page again as soon as it is ready.

    A page that called a kernel earlier would wait for everything that is being compiled, and show
    nothing meanwhile.

    Parameters
    ----------
    compiling : callable
        Returns whether it is still being compiled.

    Returns
    -------
    bool
        Whether the part must not be shown yet.
    """
    if not compiling():
        return False

    def wait() -> None:
        st.caption(
            "Compiling the kernels of this part, once on this computer: up to half a minute."
        )
        if not compiling():
            st.rerun()

    st.fragment(wait, run_every=1.0)()
    return True
