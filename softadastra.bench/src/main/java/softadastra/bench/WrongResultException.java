package softadastra.bench;

/** Thrown where something measured did not do what it was to do, so that its figures mean nothing. */
final class WrongResultException extends RuntimeException {

    private static final long serialVersionUID = 1;

    WrongResultException(String message) {
        super(message);
    }

    /** Refuses a difference. */
    static void require(long expected, long actual, String what) {
        if (expected != actual) {
            throw new WrongResultException(what + ": expected " + expected + ", found " + actual);
        }
    }
}
