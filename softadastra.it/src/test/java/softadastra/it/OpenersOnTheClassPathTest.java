package softadastra.it;

import org.junit.jupiter.api.Tag;

/** The same where nothing is a module. */
@Tag("class-path")
class OpenersOnTheClassPathTest extends OpenersTest {}
