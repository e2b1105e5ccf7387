"""Pure statistics: counts in, estimates out. No database, no framework; every formula names its source."""
