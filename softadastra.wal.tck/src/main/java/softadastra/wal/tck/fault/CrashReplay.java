package softadastra.wal.tck.fault;

import java.util.Optional;

/**
 * One crash, as text that has it happen again: {@code SCRIPT @ OPERATION/CHECK/CHOICES}, or the script alone where running it
 * is what fails.
 *
 * @param script what runs
 * @param state the crash, if it comes to that
 */
record CrashReplay(CrashScript script, Optional<State> state) {

    /**
     * A state that a crash left.
     *
     * @param operation after which operation of the script the power failed
     * @param checkSeed what the check draws its own choices from
     * @param choice what was left
     */
    record State(int operation, long checkSeed, RecordedChoice choice) {

        @Override
        public String toString() {
            return operation + "/" + Long.toHexString(checkSeed) + "/" + choice;
        }

        static State parse(String text) {
            String[] parts = text.strip().split("/", 3);
            if (parts.length < 3) {
                throw new IllegalArgumentException("no crash: " + text);
            }
            return new State(
                    Integer.parseInt(parts[0]), Long.parseUnsignedLong(parts[1], 16), RecordedChoice.parse(parts[2]));
        }
    }

    static CrashReplay parse(String text) {
        int at = text.indexOf('@');
        return at < 0
                ? new CrashReplay(CrashScript.parse(text), Optional.empty())
                : new CrashReplay(
                        CrashScript.parse(text.substring(0, at)), Optional.of(State.parse(text.substring(at + 1))));
    }

    @Override
    public String toString() {
        return script + state.map(crash -> " @ " + crash).orElse("");
    }
}
