"""How many calls now: estimates, controller and simulator. Pure: told the time, returns a number."""
