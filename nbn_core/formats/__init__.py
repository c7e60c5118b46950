"""Networks, data and results as files of other programs, in and out.

Readers take text or bytes and give values; they never open a second file, and every kind of damage
is one sentence. Nothing is unpickled or evaluated. Writers give text, or bytes where it is not
text.

One file a format: `nbn_in` and `dat` of NBN 2.x, `vectors` of pyNBN and MATLAB, `graphs`, `arrays`
(NPZ and CSV), `c_source`, `python_source`, `onnx_model`, `table_files` and `spreadsheets`.
`recognise` finds out what a file is, with `sniffing` for tables; `parsing`, `node_numbering` and
`export_checks` serve the others.
"""

from nbn_core.errors import FormatError
from nbn_core.formats.arrays import (
    read_npz,
    read_weights_csv,
    write_matrix_csv,
    write_npz,
    write_predictions_csv,
    write_trace_csv,
    write_trace_npz,
    write_weights_csv,
)
from nbn_core.formats.c_source import write_c
from nbn_core.formats.dat import read_dat, write_dat
from nbn_core.formats.graphs import (
    read_graphml,
    read_node_link,
    write_graphml,
    write_node_link,
)
from nbn_core.formats.nbn_in import read_in, write_in
from nbn_core.formats.onnx_model import write_onnx
from nbn_core.formats.parsing import NetworkFile
from nbn_core.formats.python_source import write_python
from nbn_core.formats.table_files import read_table
from nbn_core.formats.vectors import read_vectors, write_matlab, write_pynbn

__all__ = [
    "FormatError",
    "NetworkFile",
    "read_dat",
    "read_graphml",
    "read_in",
    "read_node_link",
    "read_npz",
    "read_table",
    "read_vectors",
    "read_weights_csv",
    "write_c",
    "write_dat",
    "write_graphml",
    "write_in",
    "write_matlab",
    "write_matrix_csv",
    "write_node_link",
    "write_npz",
    "write_onnx",
    "write_predictions_csv",
    "write_pynbn",
    "write_python",
    "write_trace_csv",
    "write_trace_npz",
    "write_weights_csv",
]
