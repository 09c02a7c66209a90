package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** How the nodes of a simulation are wired, which of them want what, and how wrong their clocks are. */
final class SimulationSetup {

    private SimulationSetup() {}

    /** By how many milliseconds a clock is wrong. */
    static long skew(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0, 1 -> 0;
            case 2 -> random.nextLong(-3_000, 3_000);
            default -> random.nextLong(-3_600_000, 3_600_000);
        };
    }

    /** Links that do not exist, as {@code from>to}: none in a mesh, mostly; or there is a hub, or a chain. */
    static List<String> missing(int kind, List<SimulatedNode> nodes) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (int j = 0; j < nodes.size(); j++) {
                boolean exists = kind < 2 || (kind == 2 ? i == 0 || j == 0 : Math.abs(i - j) == 1);
                if (!exists) {
                    missing.add(nodes.get(i).id() + ">" + nodes.get(j).id());
                }
            }
        }
        return missing;
    }

    /**
     * In half of the runs some nodes want some of the keys only: others, the same, or some of what another one wants; on the way between
     * any two is nobody but who wants all.
     */
    static void subscribe(int kind, List<SimulatedNode> nodes, SplittableRandom random) {
        if (random.nextBoolean()) {
            return;
        }
        List<List<String>> wishes =
                List.of(List.of("k"), List.of("k1", "m", "u"), List.of("u", "l", "r"), List.of("m", "k1"));
        int last = nodes.size() - 1;
        int first = kind < 3 ? 1 : last;
        boolean alike = random.nextInt(3) == 0;
        int wish = random.nextInt(wishes.size());
        for (int i = first; i <= last && i < first + wishes.size(); i++) {
            if (random.nextInt(3) > 0) {
                wish = alike ? wish : random.nextInt(wishes.size());
                nodes.get(i).subscribe(Subscription.of(wishes.get(wish)));
            }
        }
    }
}
