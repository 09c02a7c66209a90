package softadastra.cli.control;

/** What a node may be asked: the first byte of a request. */
enum Request {
    GET,
    SCAN,
    PUT,
    REMOVE,
    WRITE,
    CHECKPOINT,
    REPORT,
    TICK,
    CONFLICTS,
    RESOLVE;

    private static final Request[] ALL = values();

    int code() {
        return ordinal() + 1;
    }

    /**
     * The request of a code.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Request of(int code) {
        if (code < 1 || code > ALL.length) {
            throw new IllegalArgumentException("no request: " + code);
        }
        return ALL[code - 1];
    }
}
