package softadastra.cli;

/** The one way to read a log other than up to its first damage. */
enum Salvaging {
    /** Everything that verifies. */
    SALVAGE;

    static final String OPTION =
            "salvage: everything that verifies, past any damage, of a log that nobody has open (default: up to the first"
                    + " damage).";
}
