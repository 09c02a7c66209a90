package softadastra.cli.control;

/** What a frame of an answer begins with. Any number of frames with items may come first; one of the others comes last. */
final class Answer {
    static final int ITEMS = 1;
    static final int DONE = 2;
    static final int FAILED = 3;

    private Answer() {}
}
