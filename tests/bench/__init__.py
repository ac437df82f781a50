"""Measurements. They print figures and assert nothing about time; packaging/bench runs them."""
