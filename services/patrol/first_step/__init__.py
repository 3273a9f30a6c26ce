"""What is first due of incidents."""
