/**
 * The face of the engine for applications: a {@link softadastra.sdk.Client}, made from {@link
 * softadastra.sdk.ClientOptions}. It speaks text and bytes; {@code softadastra.store} beneath it has the rest.
 */
package softadastra.sdk;
