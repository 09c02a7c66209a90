package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a crash that fails simpler, as long as it fails: first the script, by leaving steps out and making records fewer and
 * smaller; then what the crash left, by having less and less of it reach the disk.
 *
 * <p>Which guarantee fails may change on the way; a simple failure is worth more than the same one.
 */
final class CrashShrinker {

    /** Finds a failing crash of a script, if it has one. */
    @FunctionalInterface
    interface Finder extends Function<CrashScript, Optional<Found>> {}

    /** Has one crash of a script happen again; what is wrong then. */
    @FunctionalInterface
    interface Replayer extends Function<CrashReplay, Optional<Found>> {}

    /**
     * A crash that fails.
     *
     * @param replay has it happen again
     * @param failure what is wrong then
     */
    record Found(CrashReplay replay, AssertionError failure) {}

    private static final int MAX_SCRIPTS = 400;
    private static final int MAX_CHOICES = 2_000;

    private final Finder finder;
    private final Replayer replayer;
    private Found best;
    private int scripts;
    private int choices;

    private CrashShrinker(Finder finder, Replayer replayer, Found found) {
        this.finder = finder;
        this.replayer = replayer;
        this.best = found;
    }

    /** The simplest crash that was found to fail. */
    static Found shrink(Found found, Finder finder, Replayer replayer) {
        CrashShrinker shrinker = new CrashShrinker(finder, replayer, found);
        shrinker.shrinkScript();
        shrinker.shrinkChoice();
        return shrinker.best;
    }

    private void shrinkScript() {
        boolean simpler = true;
        while (simpler && scripts < MAX_SCRIPTS) {
            simpler = leaveStepsOut();
            simpler |= makeAppendsSmaller();
        }
    }

    private boolean leaveStepsOut() {
        boolean simpler = false;
        for (int chunk = Math.max(1, steps().size() / 2); chunk > 0; chunk /= 2) {
            for (int from = steps().size() - chunk; from >= 0; from -= chunk) {
                List<CrashStep> fewer = new ArrayList<>(steps());
                fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
                simpler |= accept(fewer);
                from = Math.min(from, steps().size());
            }
        }
        return simpler;
    }

    private boolean makeAppendsSmaller() {
        boolean simpler = false;
        for (int i = 0; i < steps().size(); i++) {
            if (steps().get(i) instanceof CrashStep.Append append) {
                for (CrashStep.Append smaller : smaller(append)) {
                    List<CrashStep> changed = new ArrayList<>(steps());
                    changed.set(i, smaller);
                    if (!smaller.equals(append) && accept(changed)) {
                        simpler = true;
                        break;
                    }
                }
            }
        }
        return simpler;
    }

    /** The simplest first. */
    private static List<CrashStep.Append> smaller(CrashStep.Append append) {
        return List.of(
                new CrashStep.Append(1, Math.min(append.bytes(), 1)),
                new CrashStep.Append(append.records(), Math.min(append.bytes(), 1)),
                new CrashStep.Append(append.records(), append.bytes() / 2),
                new CrashStep.Append(Math.max(1, append.records() - 1), append.bytes()));
    }

    private List<CrashStep> steps() {
        return best.replay().script().steps();
    }

    private boolean accept(List<CrashStep> steps) {
        if (scripts++ >= MAX_SCRIPTS) {
            return false;
        }
        Optional<Found> found =
                finder.apply(new CrashScript(best.replay().script().seed(), steps));
        found.ifPresent(simpler -> best = simpler);
        return found.isPresent();
    }

    private void shrinkChoice() {
        if (best.replay().state().isEmpty()) {
            return;
        }
        for (int chunk = Math.max(1, answers().size()); chunk > 0; chunk /= 2) {
            for (int from = 0; from < answers().size() && choices < MAX_CHOICES; from += chunk) {
                List<Integer> less = new ArrayList<>(answers());
                List<Integer> part = less.subList(from, Math.min(less.size(), from + chunk));
                if (part.stream().anyMatch(answer -> answer > 0)) {
                    Collections.fill(part, 0);
                    acceptChoice(less);
                }
            }
        }
        List<Integer> shorter = new ArrayList<>(answers());
        while (!shorter.isEmpty() && shorter.get(shorter.size() - 1) == 0) {
            shorter.remove(shorter.size() - 1);
        }
        acceptChoice(shorter);
    }

    private List<Integer> answers() {
        return best.replay().state().orElseThrow().choice().answers();
    }

    private void acceptChoice(List<Integer> answers) {
        choices++;
        CrashReplay.State state = best.replay().state().orElseThrow();
        CrashReplay.State changed =
                new CrashReplay.State(state.operation(), state.checkSeed(), new RecordedChoice(answers));
        replayer.apply(new CrashReplay(best.replay().script(), Optional.of(changed)))
                .ifPresent(simpler -> best = simpler);
    }
}
