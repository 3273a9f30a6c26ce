"""What is found on a patrol that is to be put right."""
