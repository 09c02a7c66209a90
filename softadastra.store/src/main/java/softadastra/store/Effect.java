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
    SIBLING(3);

    private static final Effect[] BY_CODE = {WON, LOST, SIBLING};

    private final int code;

    Effect(int code) {
        this.code = code;
    }

    int code() {
        return code;
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
