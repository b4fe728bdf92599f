"""The office (công sở): everything motcua knows, without HTTP."""
