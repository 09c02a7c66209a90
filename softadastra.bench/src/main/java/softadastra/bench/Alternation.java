package softadastra.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Runs contenders in turn, block by block: a disk drifts by a factor of four within minutes, so only blocks next to each other
 * compare. The order is reversed from round to round, so that nobody always follows the same one.
 */
final class Alternation {

    private record Turn(Contender contender, int block, List<Double> nanos) {}

    /** What each contender took. */
    static final class Outcome {

        private final Map<Contender, Figures> figures = new LinkedHashMap<>();

        Figures of(Contender contender) {
            return Objects.requireNonNull(figures.get(contender), contender.name());
        }
    }

    private final List<Turn> turns = new ArrayList<>();

    /** Adds a contender that does so many operations a block. */
    Alternation add(Contender contender, int block) {
        turns.add(new Turn(contender, block, new ArrayList<>()));
        return this;
    }

    /**
     * Runs all blocks, and has each contender show its results.
     *
     * @param warmup how many rounds are run first and not counted
     * @param rounds how many blocks of each count
     */
    Outcome run(int warmup, int rounds) throws Exception {
        for (int round = 0; round < warmup + rounds; round++) {
            for (int i = 0; i < turns.size(); i++) {
                Turn turn = turns.get(round % 2 == 0 ? i : turns.size() - 1 - i);
                long start = System.nanoTime();
                turn.contender.run(turn.block);
                double nanos = (double) (System.nanoTime() - start) / turn.block;
                if (round >= warmup) {
                    turn.nanos.add(nanos);
                }
            }
        }
        Outcome outcome = new Outcome();
        for (Turn turn : turns) {
            turn.contender.verify();
            outcome.figures.put(
                    turn.contender,
                    new Figures(
                            turn.nanos.stream().mapToDouble(Double::doubleValue).toArray()));
        }
        return outcome;
    }
}
