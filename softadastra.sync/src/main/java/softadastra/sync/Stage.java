package softadastra.sync;

import softadastra.core.ByteReader;

/**
 * How far a node is with taking part.
 *
 * <pre>
 * note = stage:u8 (0 new, 1 whole, 2 rebase, 3 member, 4 left)
 * </pre>
 */
enum Stage {
    /** It takes part, in the epoch that it began with. */
    NEW(0),
    /** It is to learn all that stands elsewhere, since it may have what is gone there. It tells nobody what it has. */
    WHOLE(1),
    /** What only it has is written again. */
    REBASE(2),
    /** It takes part, and has learned all that stood elsewhere since it is in this epoch. */
    MEMBER(3),
    /** It has said that it takes part no more. */
    LEFT(4);

    /** The type code of the note that says it. */
    static final int NOTE = 73;

    private final int code;

    Stage(int code) {
        this.code = code;
    }

    boolean takesPart() {
        return this == NEW || this == MEMBER;
    }

    /** The same, in the words of users. */
    SyncStage told() {
        return switch (this) {
            case NEW, MEMBER -> SyncStage.TAKES_PART;
            case WHOLE -> SyncStage.LEARNING;
            case REBASE -> SyncStage.WRITING_AGAIN;
            case LEFT -> SyncStage.LEFT;
        };
    }

    byte[] encode() {
        return new byte[] {(byte) code};
    }

    /**
     * Reads a note.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    static Stage decode(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int code = in.readByte();
        in.expectEnd();
        for (Stage each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        throw in.malformed("unknown stage " + code, 0);
    }
}
