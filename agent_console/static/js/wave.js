/** A recording's shape shows how far it is played, and a click on it plays from there. */
for (const wave of document.querySelectorAll(".wave")) {
  const [audio, svg, played] = ["audio", "svg", ".played"].map((what) => wave.querySelector(what));
  audio.addEventListener("timeupdate", () => {
    if (audio.duration) played.setAttribute("width", String((svg.viewBox.baseVal.width * audio.currentTime) / audio.duration));
  });
  svg.addEventListener("click", async ({ offsetX }) => {
    const place = offsetX / svg.clientWidth;
    await audio.play();
    audio.currentTime = place * audio.duration;
  });
}
