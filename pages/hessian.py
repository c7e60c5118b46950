"""Hessian: what second order sees."""

from app.hessian import hessian

hessian()
