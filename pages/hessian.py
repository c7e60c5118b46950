"""Hessian: what second order sees."""

from app.hessian.page import hessian

hessian()
