"""The audit trail: one row for each mutation, in the mutation's own transaction."""
