"""What is in a file of an office: the sheets of a workbook or the lines of a text, within bounds."""
