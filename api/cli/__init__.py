"""The command line (dòng lệnh): one module for each command of `motcua`."""
