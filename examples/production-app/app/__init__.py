"""A small web service, written to be deployed, watched and rolled back."""
