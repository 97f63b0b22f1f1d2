"""Reports: tables of figures with their units, as JSON, CSV, XLSX and PDF, made when asked or again and again."""
