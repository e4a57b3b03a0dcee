# SPDX-License-Identifier: Apache-2.0
"""Tables, figures and the report of a modscape study, from its results file."""
