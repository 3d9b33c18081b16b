"""Group-time effects from sufficient statistics: counts, means and second moments by cohort."""
