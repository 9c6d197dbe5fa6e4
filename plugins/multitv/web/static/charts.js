// Draws the charts of the dashboard from the data in the page, in the colours of the theme.
(() => {
  const drawn = [];
  const reais = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });
  const short = new Intl.NumberFormat("pt-BR", { notation: "compact", maximumFractionDigits: 1 });
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const draw = (source) => {
    const chart = JSON.parse(source.textContent);
    const written = (value) => (chart.unit === "reais" ? reais.format(value) : short.format(value));
    const values = chart.horizontal ? "x" : "y";
    const axis = (name) => ({
      stacked: chart.stacked,
      grid: { color: name === values ? colour("--border") : "transparent" },
      border: { color: colour("--border") },
      ticks: name === values ? { color: colour("--muted"), callback: (value) => short.format(value) } : { color: colour("--muted"), autoSkip: !chart.horizontal },
    });
    drawn.push(
      new Chart(document.getElementById(source.dataset.chart), {
        type: "bar",
        data: {
          labels: chart.labels,
          datasets: chart.series.map((one, number) => ({
            label: one.name,
            data: one.values.map(Number),
            backgroundColor: colour(`--chart-${(number % 8) + 1}`),
            borderRadius: 3,
            maxBarThickness: 46,
          })),
        },
        options: {
          animation: false,
          responsive: true,
          maintainAspectRatio: false,
          indexAxis: chart.horizontal ? "y" : "x",
          scales: { x: axis("x"), y: axis("y") },
          plugins: {
            legend: { position: "bottom", labels: { color: colour("--fg"), boxWidth: 12, boxHeight: 12 } },
            tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${written(item.parsed[values])}` } },
          },
        },
      }),
    );
  };
  const drawAll = () => {
    while (drawn.length) drawn.pop().destroy();
    document.querySelectorAll("script[data-chart]").forEach(draw);
  };
  drawAll();
  document.addEventListener("theme-changed", drawAll);
})();
