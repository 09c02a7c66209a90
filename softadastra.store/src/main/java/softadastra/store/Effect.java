package softadastra.store;

/**
 * What an operation did to the store when it was logged. It is decided once, and recorded: replay applies it and decides
 * nothing, so that no later change of policy rewrites the past.
 */
public enum Effect {
    /** It became the value of its key, or removed it. Every local operation does. */
    WON(1),
    /** It lost against the value its key had, which stays. */
    LOST(2),
    /** It is kept beside the value its key has, until the application resolves the two. */
    SIBLING(3),
    /** It is kept, with those of the others that its writer did not know: {@link Outcome#standing()}. */
    BESIDE(4),
    /** As {@link #BESIDE}, or {@link #SIBLING}; what is shown is what they were merged to: {@link Outcome#merged()}. */
    MERGED(5),
    /** It was refused for good: nothing came of it here, and it goes on to others. */
    REJECTED(6);

    private static final Effect[] BY_CODE = {WON, LOST, SIBLING, BESIDE, MERGED, REJECTED};

    /** The first one that older releases do not know. */
    private static final int FIRST_WITH_OUTCOME = 4;

    private final int code;

    Effect(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Whether its records say what came of it besides, if only nothing. */
    boolean hasOutcome() {
        return code >= FIRST_WITH_OUTCOME;
    }

    /** Whether a code is that of an effect. */
    static boolean isEffect(int code) {
        return code >= 1 && code <= BY_CODE.length;
    }

    /** The effect of a code for which {@link #isEffect} holds. */
    static Effect ofCode(int code) {
        return BY_CODE[code - 1];
    }
}
