"""Pages. They read state, call one function of the planner and show what it returns; no arithmetic here."""
