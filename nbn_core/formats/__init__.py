"""Networks, data and results in the file formats of other programs.

Readers take text or bytes and return values. They never open a second file, unpickle or evaluate
anything, and report every kind of damage in one sentence. Writers return text, or bytes for binary
formats.

One file per format: `nbn_in` and `dat` of NBN 2.x, `vectors` of pyNBN and MATLAB, `graphs` (GraphML
and node-link JSON), `csv_files`, `npz`, `c_source`, `python_source`, `onnx_model`, `table_files`
and `spreadsheets`. `recognise` detects the format of a file, `sniffing` the delimiter of a table;
`parsing`, `node_numbering` and `export_checks` are helpers of the others.
"""

from nbn_core.errors import FormatError
from nbn_core.formats.c_source import write_c, write_c_header
from nbn_core.formats.csv_files import (
    read_weights_csv,
    write_matrix_csv,
    write_predictions_csv,
    write_trace_csv,
    write_weights_csv,
)
from nbn_core.formats.dat import read_dat, write_dat
from nbn_core.formats.graphs import (
    read_graphml,
    read_node_link,
    write_graphml,
    write_node_link,
)
from nbn_core.formats.nbn_in import read_in, write_in
from nbn_core.formats.new_rows import NewRows, new_rows, write_answers_csv
from nbn_core.formats.npz import read_npz, write_npz, write_trace_npz
from nbn_core.formats.onnx_model import write_onnx
from nbn_core.formats.parsing import NetworkFile
from nbn_core.formats.python_source import write_python
from nbn_core.formats.table_files import read_table
from nbn_core.formats.vectors import read_vectors, write_matlab, write_pynbn

__all__ = [
    "FormatError",
    "NetworkFile",
    "NewRows",
    "new_rows",
    "read_dat",
    "read_graphml",
    "read_in",
    "read_node_link",
    "read_npz",
    "read_table",
    "read_vectors",
    "read_weights_csv",
    "write_answers_csv",
    "write_c",
    "write_c_header",
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
