"""Hessian page: the quasi-Hessian at the iteration shown."""

from app.hessian.page import hessian

hessian()
