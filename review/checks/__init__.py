"""What a finished file may show and say: one rule a file, each a pure function of facts, plan and observation."""
