"""The closed lists of the prose: which words may stand for which verdict, cap and reason."""

from schemas.vocabulary import (
    CapReason,
    Certainty,
    IntervalName,
    Method,
    Reason,
    Status,
    Verdict,
)

CERTAINTY_STEPS: dict[Certainty, int] = {"high": 4, "moderate": 3, "low": 2, "very_low": 1}
"""Certainty as n of 4."""

CERTAINTY_WORDS: dict[Certainty, str] = {
    "high": "high",
    "moderate": "moderate",
    "low": "low",
    "very_low": "very low",
}

CLAIMS: dict[Verdict, dict[Certainty, str]] = {
    "improves": {
        "high": "{x} improves {y}",
        "moderate": "{x} probably improves {y}",
        "low": "{x} may improve {y}",
        "very_low": "We are very uncertain whether {x} improves {y}",
    },
    "harms": {
        "high": "{x} worsens {y}",
        "moderate": "{x} probably worsens {y}",
        "low": "{x} may worsen {y}",
        "very_low": "We are very uncertain whether {x} worsens {y}",
    },
    "no_meaningful_effect": {
        "high": "{x} makes little or no difference to {y}",
        "moderate": "{x} probably makes little or no difference to {y}",
        "low": "{x} may make little or no difference to {y}",
        "very_low": "We are very uncertain whether {x} makes a meaningful difference to {y}",
    },
}
"""GRADE wording: no stronger word is used anywhere for the same certainty."""

UNCLEAR = "We cannot tell whether {x} changes {y}"
NOT_EVALUABLE = "The effect of {x} on {y} could not be evaluated"

VERDICT_WORDS: dict[Verdict, str] = {
    "improves": "Favourable",
    "harms": "Unfavourable",
    "no_meaningful_effect": "Little or no difference",
    "inconclusive": "Unclear",
    "not_evaluable": "Not evaluable",
}
"""The direction of the evidence in one or two words, always beside its certainty."""

VERDICT_TALLY: dict[Verdict, str] = {
    "improves": "better",
    "harms": "worse",
    "no_meaningful_effect": "about the same",
    "inconclusive": "unclear",
    "not_evaluable": "not evaluable",
}

REASON_WORDS: dict[Reason, str] = {
    "NO_PLAN": "no plan was frozen before the outcomes were read",
    "DATA": (
        "the data failed a quality gate: rows in quarantine, spend with unknown ids, "
        "or a change of unit"
    ),
    "NO_EXPOSED": "no unit with outcomes was exposed",
    "NO_COMPARISON": "no unexposed unit is left to compare with",
    "NO_VARIATION": "the outcome does not vary",
    "NO_POST": "no outcome was observed after the start",
    "NO_OUTCOME": "no outcome was observed",
    "TOO_FEW_PRE": "there are too few periods before the start",
    "TOO_FEW_UNITS": "there are too few units for any design",
    "MISSING_TABLE": "a needed table or column was not supplied",
    "UNATTAINABLE_P": "there are too few units for any result to rule out chance",
    "TIMING": "the start of exposure disagrees with the engagement log",
    "ANTICIPATION": "outcomes already moved just before the start",
    "FRAGILE": "an effect is visible, but it does not survive every way of removing bias",
    "TREND": "it does not stand once the trend from before the start is removed",
    "NEGATIVE_CONTROL": "it does not stand once what the negative controls share is removed",
    "SPILLOVER": "it does not stand once neighbours of exposed units are left out",
    "COMPETING": "it does not stand once units reached by another program are left out",
    "ATTRITION": "missing outcomes could explain it",
    "IMPRECISE": "the estimate is too imprecise to tell a worthwhile effect from none",
    "ONE_SERIES": "there is one series only and nothing to compare it with",
}

FRAGILE_ANTICIPATION = "it does not stand once the last periods before the start are left out"

SHORT_REASONS: dict[Reason, str] = {
    "NO_PLAN": "no plan was frozen first",
    "DATA": "the data failed a quality gate",
    "NO_EXPOSED": "no unit was exposed",
    "NO_COMPARISON": "nothing to compare with",
    "NO_VARIATION": "the outcome does not vary",
    "NO_POST": "no outcome after the start",
    "NO_OUTCOME": "no outcome was observed",
    "TOO_FEW_PRE": "too few periods before the start",
    "TOO_FEW_UNITS": "too few units",
    "MISSING_TABLE": "a needed table is missing",
    "UNATTAINABLE_P": "too few units to rule out chance",
    "TIMING": "start dates disagree with the log",
    "ANTICIPATION": "outcomes moved before the start",
    "FRAGILE": "a visible effect does not survive every check for bias",
    "TREND": "an earlier trend could explain it",
    "NEGATIVE_CONTROL": "negative controls moved alike",
    "SPILLOVER": "spillover onto neighbours could explain it",
    "COMPETING": "another program could explain it",
    "ATTRITION": "missing outcomes could explain it",
    "IMPRECISE": "the estimate is too imprecise",
    "ONE_SERIES": "one series without a comparison",
}

COVARIATE_REASONS: dict[Reason, str] = {
    "NO_COMPARISON": "covariates tell the arms apart, nobody is alike",
    "NO_VARIATION": "a covariate is constant or follows from others",
    "TOO_FEW_UNITS": "too few units with covariates",
    "MISSING_TABLE": "a covariate was not supplied",
}

CAP_WORDS: dict[CapReason, str] = {
    "OBSERVATIONAL": "exposure was not assigned at random",
    "FEW_CONTROLS": "too few negative controls to measure shared bias",
    "FEW_CLUSTERS": "too few exposed or comparison units",
    "MISSING": "outcomes are missing",
    "PROXY": "the outcome is a proxy",
    "AMENDED": "the plan was changed after it was frozen",
    "COHORT_SIGNS": "cohorts point in opposite directions",
    "NOT_EVALUATED": "a check that applies could not be made",
    "ONE_SERIES": "one series without a comparison",
}

CAP_REMEDIES: dict[CapReason, str] = {
    "OBSERVATIONAL": "assigning exposure at random, or by an order fixed in advance",
    "FEW_CONTROLS": "more outcomes that the program cannot have moved",
    "FEW_CLUSTERS": "more exposed and comparison units",
    "MISSING": "finding the missing outcomes",
    "PROXY": "measuring the outcome itself",
    "AMENDED": "a new study with a plan that stays fixed",
    "COHORT_SIGNS": "explaining why cohorts differ",
    "NOT_EVALUATED": "the checks that could not be made",
    "ONE_SERIES": "a comparison series",
}

CHANGE_WORDS: dict[Reason, str] = {
    "NO_PLAN": "A plan frozen before outcomes are read.",
    "DATA": "Mending the rows in quarantine and the unknown ids.",
    "NO_EXPOSED": "Outcomes for the exposed units.",
    "NO_COMPARISON": "Outcomes for units that were not exposed.",
    "NO_VARIATION": "An outcome that can vary.",
    "NO_POST": "Outcomes from after the start.",
    "NO_OUTCOME": "Outcome data.",
    "TOO_FEW_PRE": "More periods of outcomes from before the start.",
    "TOO_FEW_UNITS": "More exposed and comparison units.",
    "MISSING_TABLE": "Supplying the missing table.",
    "UNATTAINABLE_P": "A second exposed unit, or more comparison units.",
    "TIMING": "Start dates that agree with the engagement log.",
    "ANTICIPATION": "An explanation of the move before the start, or a start at random.",
    "FRAGILE": "A longer record before the start, or exposure assigned at random.",
    "IMPRECISE": "More units, or a longer record before the start.",
    "ONE_SERIES": "A comparison series.",
}

INTERVAL_WORDS: dict[IntervalName, tuple[str, str]] = {
    "plain": ("Plain estimate", "nothing removed"),
    "donut": ("Last periods before the start left out", "dips and anticipation"),
    "trend_robust": ("Earlier trend removed", "steady drift"),
    "calibrated": ("Negative controls subtracted", "bias that the controls share fully"),
    "calibrated_twice": ("Negative controls subtracted twice", "bias the controls share half of"),
    "far_only": ("Neighbours left out", "spillover"),
    "clean": ("Units with other programs left out", "competing exposure"),
}
"""Label of each interval, and what it removes."""

METHOD_WORDS: dict[Method, str] = {
    "randomised": "randomised comparison",
    "group_time_did": "group-time difference-in-differences",
    "synthetic_did": "synthetic difference-in-differences",
    "dose_did": "dose difference-in-differences",
    "switching_did": "switching difference-in-differences",
    "interrupted_series": "interrupted time series",
}

PROPER_NAMES: dict[str, str] = {
    "callaway_santanna": "Callaway\u2013Sant'Anna",
    "callaway_santanna_group": "Callaway\u2013Sant'Anna, by group",
    "ease": "Expected absolute systematic error (EASE)",
    "leave_one_out": "Leave-one-out",
    "newey_west": "Newey\u2013West",
    "pre_fit_rmse": "Pre-fit RMSE",
    "pre_trend": "Pre-trend",
    "pre_trend_bias": "Pre-trend, bias",
    "pre_trend_slope": "Pre-trend, slope",
    "pre_trend_std_error": "Pre-trend, standard error",
    "two_way_fixed_effects": "Two-way fixed effects",
}
"""Tests and estimators whose identifier does not read as their name."""

STATUS_WORDS: dict[Status, str] = {
    "PASS": "Pass",
    "FAIL": "Fail",
    "NOT_EVALUATED": "Not evaluated",
    "NOT_APPLICABLE": "Not applicable",
}
CHANCE_WORDS: dict[Status, str] = {
    **STATUS_WORDS,
    "PASS": "Below threshold",
    "FAIL": "Not below threshold",
}

QUESTION_TITLES: dict[str, str] = {
    "Q1": "Are advocacy investments improving patient outcomes, or only ticking boxes?",
    "Q2": "Is the patient voice embedded in decisions?",
    "Q3": "Are relationships with advocacy groups sustainable?",
}

SPEND_WORDS: dict[str, str] = {
    "q1.spend_advocacy": "Advocacy",
    "q1.spend_support": "Patient support (not advocacy)",
    "q1.spend_unclassified": "Unclassified",
}
GRADES: dict[str, str] = {
    "E3": "Effect compared (E3)",
    "E2": "Before and after only (E2)",
    "E1": "Outputs counted only (E1)",
    "E0": "No output or outcome on record (E0)",
}
FINDING_WORDS: dict[str, tuple[str, Verdict]] = {
    "favourable": ("favourable", "improves"),
    "unfavourable": ("unfavourable", "harms"),
    "little_difference": ("little or no difference", "no_meaningful_effect"),
    "inconclusive": ("unclear", "inconclusive"),
}
