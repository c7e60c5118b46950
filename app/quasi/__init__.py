"""The matrix beside the drawing: what lies under the pointer is lit on the network."""
