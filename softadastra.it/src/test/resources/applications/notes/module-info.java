/** An application that keeps notes: all it names of the engine is the SDK. */
module notes {
    requires softadastra.sdk;
}
