package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.List;

/** The answers of a {@link CrashChoice} in the order they were given, as they are written down, shrunk, and given again. */
final class RecordedChoice {

    private final List<Integer> answers;

    RecordedChoice(List<Integer> answers) {
        this.answers = List.copyOf(answers);
    }

    /** Has a disk crashed by a choice, and records what that answered. */
    static RecordedChoice of(SimulatedDisk disk, CrashChoice choice) {
        List<Integer> answers = new ArrayList<>();
        var unused = disk.crash(alternatives -> {
            int answer = choice.choose(alternatives);
            answers.add(answer);
            return answer;
        });
        return new RecordedChoice(answers);
    }

    List<Integer> answers() {
        return answers;
    }

    /** Gives the answers again; what is asked beyond them is answered as if nothing had reached the disk. */
    CrashChoice again() {
        return new CrashChoice() {
            private int next;

            @Override
            public int choose(int alternatives) {
                return next < answers.size() ? Math.min(answers.get(next++), alternatives - 1) : 0;
            }
        };
    }

    /** The answers, those in a row that are the same as one: {@code 0x12,1,3x2}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < answers.size(); ) {
            int to = from;
            while (to < answers.size() && answers.get(to).equals(answers.get(from))) {
                to++;
            }
            text.append(text.isEmpty() ? "" : ",").append(answers.get(from));
            text.append(to - from > 1 ? "x" + (to - from) : "");
            from = to;
        }
        return text.toString();
    }

    static RecordedChoice parse(String text) {
        List<Integer> answers = new ArrayList<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int times = part.indexOf('x');
            int answer = Integer.parseInt(times < 0 ? part : part.substring(0, times));
            for (int left = times < 0 ? 1 : Integer.parseInt(part.substring(times + 1)); left > 0; left--) {
                answers.add(answer);
            }
        }
        return new RecordedChoice(answers);
    }
}
