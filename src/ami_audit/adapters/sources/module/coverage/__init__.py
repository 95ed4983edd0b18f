"""How much of the code its tests run, as artefacts of coverage tools say."""
