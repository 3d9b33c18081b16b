"""Findings to words, figures and the page; computes nothing."""
