package softadastra.wal.file;

import java.util.UUID;

/** What {@link AlteredClasses} has called in place of the product's own code. */
final class PlantedBugs {

    private PlantedBugs() {}

    /** In place of starting the thread. */
    static void noThread(Housekeeper housekeeper) {}

    /** In place of a random one. */
    static UUID seededUuid() {
        SeededRandom random = new SeededRandom();
        return new UUID(random.nextLong(), random.nextLong());
    }
}
