"""From an audited build to a version that readers open: copied, gated, switched, taken back."""
