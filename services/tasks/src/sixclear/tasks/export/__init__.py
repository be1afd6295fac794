"""The tasks of a programme as a table for a spreadsheet, with the fields that the programme adds."""
