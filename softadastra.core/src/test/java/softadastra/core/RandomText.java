package softadastra.core;

import java.util.SplittableRandom;

/** Text of a random generator, with code points of one to four UTF-8 bytes. */
final class RandomText {
    private RandomText() {}

    static String next(SplittableRandom random, int maxCodePoints) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(maxCodePoints + 1); i > 0; i--) {
            text.appendCodePoint(
                    switch (random.nextInt(5)) {
                        case 0 -> random.nextInt(0x80, 0x800);
                        case 1 -> random.nextInt(0xE000, 0x10000);
                        case 2 -> random.nextInt(0x10000, 0x110000);
                        default -> random.nextInt('a', 'z' + 1);
                    });
        }
        return text.toString();
    }
}
