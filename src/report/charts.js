// What scripts add to the page: charts, drawn by Vega-Lite from the numbers of the data block, and the threshold explorer.
// Everything here also stands in a table; without scripts nothing of it is seen.
(function () {
  'use strict';
  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const finite = Number.isFinite;
  const list = key => data[key] || [];

  // ---- numbers as the tables write them, the same in every locale --------------------------------------------------------
  function fixed(value, decimals) {
    const [whole, part] = Math.abs(value).toFixed(decimals).split('.');
    const zero = Number(Math.abs(value).toFixed(decimals)) === 0;
    return (value < 0 && !zero ? '\u2212' : '') + whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part ? '.' + part : '');
  }
  const percent = value => fixed(100 * value, 1) + '%';
  const count = value => fixed(value, 0);
  const oneDecimal = value => fixed(value, 1);
  const ratio = value => fixed(value, 2);
  const range = (low, high, write) => finite(low) && finite(high) ? write(low) + ' to ' + write(high) : '';

  // ---- charts ------------------------------------------------------------------------------------------------------------
  // Colours are those of the style sheet, so that light, dark and paper need no second drawing.
  const ink = 'var(--ink)', soft = 'var(--soft)', rule = 'var(--rule)', first = 'var(--accent)', second = 'var(--second)';
  const font = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, system-ui, sans-serif';
  const config = {
    background: null, font: font, view: {stroke: null}, aria: false,
    axis: {labelColor: soft, titleColor: soft, gridColor: rule, domainColor: soft, tickColor: rule, labelFontSize: 12, titleFontSize: 12,
      titleFontWeight: 'normal', labelLimit: 260},
    title: {color: ink, fontSize: 13, fontWeight: 600, anchor: 'start'},
    header: {labelColor: ink, titleColor: soft, labelFontSize: 12, labelFontWeight: 600, labelAnchor: 'start', labelLimit: 220},
    legend: {labelColor: ink, titleColor: soft, labelFontSize: 12, symbolStrokeWidth: 2.5, symbolSize: 220, orient: 'top', title: null},
    text: {color: ink},
  };
  const share = (title, most) => ({title: title, format: '.0%', tickCount: 5, grid: true, ...most});
  const values = rows => ({values: rows});

  // Names as categories of a scale: none may stand twice.
  function unique(names) {
    const seen = new Map();
    return names.map(name => {
      const n = (seen.get(name) || 0) + 1;
      seen.set(name, n);
      return n > 1 ? name + ' (' + n + ')' : name;
    });
  }
  const labelWidth = (names, most) => Math.min(most, 7 * Math.max(4, ...names.map(n => n.length)) + 8);

  const ticks = (low, high) => [0.1, 0.2, 0.5, 1, 1.5, 2, 3, 5, 10, 20].filter(at => at >= low && at <= high);

  function forest(width) {
    const parts = [['win', 'Winning (odds ratio)'], ['size', 'Deal size (ratio)'], ['revenue', 'Revenue per lead (ratio)']];
    const bounded = part => part && finite(part.low) && finite(part.high);
    const shown = parts.filter(([key]) => list('attributes').some(a => bounded(a[key])));
    const drawn = list('attributes').filter(a => shown.some(([key]) => bounded(a[key])));
    if (!drawn.length) return null;
    const names = unique(drawn.map(a => a.name));
    const narrow = width < 640, labels = labelWidth(names, narrow ? 130 : 200);
    const plot = narrow ? width - labels - 24 : (width - labels - 24) / shown.length - 22;
    const all = shown.flatMap(([key]) => drawn.flatMap(a => a[key] ? [a[key].value, a[key].low, a[key].high] : [])).filter(finite);
    const low = Math.max(0.1, Math.min(0.8, ...all)), high = Math.min(20, Math.max(1.25, ...all));
    const margin = data.margin > 1 ? [{from: 1 / data.margin, to: data.margin}] : [];
    const panels = shown.map(([key, title], i) => {
      const rows = drawn.map((a, j) => ({name: names[j], verdict: a.verdict, ...(a[key] || {})}))
        .filter(bounded).map(a => ({...a, apart: a.q < 0.05 && (a.low > 1 || a.high < 1) ? 'yes' : 'no'}));
      const x = {field: 'value', type: 'quantitative', scale: {type: 'log', domain: [low, high], clamp: true, nice: false},
        axis: {title: null, values: ticks(low, high), format: '~g', grid: true, labelOverlap: true}};
      // One below the other, each has the attributes it can say something of.
      const told = narrow ? names.filter((name, j) => rows.some(a => a.name === name)) : names;
      const y = {field: 'name', type: 'nominal', sort: null, scale: {domain: told}, axis: narrow || i === 0 ?
        {title: null, labelLimit: labels, labelColor: ink, domain: false, ticks: false, minExtent: labels, maxExtent: labels} : null};
      return {width: plot, height: {step: 22}, title: title, layer: [
        {data: values(margin), mark: {type: 'rect', color: rule, opacity: 0.5},
          encoding: {x: {...x, field: 'from'}, x2: {field: 'to'}}},
        {data: values([{at: 1}]), mark: {type: 'rule', color: soft}, encoding: {x: {...x, field: 'at'}}},
        {data: values(rows), mark: {type: 'rule', strokeWidth: 2, color: first, clip: true},
          encoding: {x: {...x, field: 'low'}, x2: {field: 'high'}, y: y}},
        {data: values(rows.map(a => ({...a, told: ratio(a.value) + ' (' + range(a.low, a.high, ratio) + ')'}))),
          mark: {type: 'point', filled: true, size: 70, stroke: first, strokeWidth: 2, opacity: 1}, encoding: {x: x, y: y,
            fill: {field: 'apart', type: 'nominal', legend: null, scale: {domain: ['yes', 'no'], range: [first, 'var(--paper)']}},
            tooltip: [{field: 'name', title: 'Attribute'}, {field: 'told', title: 'Ratio'}, {field: 'verdict', title: 'Verdict'}]}},
      ]};
    });
    return narrow ? {vconcat: panels, spacing: 18} : {hconcat: panels, spacing: 22};
  }

  function calibration(width) {
    const bins = list('bins').filter(b => finite(b.mean_probability) && finite(b.win_rate));
    if (!bins.length) return null;
    const most = Math.min(1, 1.05 * Math.max(...bins.flatMap(b => [b.mean_probability, b.win_rate, finite(b.high) ? b.high : 0])));
    const x = {field: 'mean_probability', type: 'quantitative', scale: {domain: [0, most], nice: false}, axis: share('promised')};
    const y = {field: 'win_rate', type: 'quantitative', scale: {domain: [0, most], nice: false}, axis: share('won')};
    const told = bins.map(b => ({...b, promised: percent(b.mean_probability), came: percent(b.win_rate) + ' (' + range(b.low, b.high, percent) + ')',
      counted: count(b.won) + ' of ' + count(b.rows)}));
    return {width: Math.min(width, 420) - 60, height: 300, layer: [
      {data: values([{p: 0, q: 0}, {p: most, q: most}]), mark: {type: 'line', color: soft, strokeDash: [4, 4], strokeWidth: 1},
        encoding: {x: {...x, field: 'p'}, y: {...y, field: 'q'}}},
      {data: values(told), mark: {type: 'rule', color: first, strokeWidth: 2, opacity: 0.6}, encoding: {x: x, y: {...y, field: 'low'}, y2: {field: 'high'}}},
      {data: values(told), mark: {type: 'point', filled: true, color: first, size: 70, opacity: 1}, encoding: {x: x, y: y,
        tooltip: [{field: 'promised', title: 'Promised'}, {field: 'came', title: 'Won'}, {field: 'counted', title: 'Leads'}]}},
    ]};
  }

  const lines = {domain: ['wins', 'revenue', 'win rate'], range: [first, second, ink]};
  const dashes = {domain: ['wins', 'revenue', 'win rate'], range: [[1, 0], [7, 3], [2, 3]]};
  // What lies between the limits of each line.
  const limits = (rows, x, y) => lines.domain.map((what, i) => ({
    data: values(rows.filter(r => r.what === what && finite(r.low) && finite(r.high))), mark: {type: 'area', opacity: 0.13, color: lines.range[i]},
    encoding: {x: x, y: {...y, field: 'low'}, y2: {field: 'high'}}}));
  // Only what is drawn, as a piece of its line.
  const legend = rows => ({symbolType: 'stroke', symbolSize: 500, symbolStrokeWidth: 3, values: [...new Set(rows.map(r => r.what))]});
  const limit = most => ({scale: {domain: [0, most], nice: false}});

  // What is kept of wins and of revenue, by what is kept of the leads: the same rows as the table of thresholds.
  function gain(width) {
    const rows = [], steps = list('thresholds').filter(t => finite(t.share_leads));
    if (steps.length < 3) return null;
    [['wins', 'share_won'], ['revenue', 'share_amount']].forEach(([what, key]) => {
      if (!steps.some(t => finite(t[key]) && t[key] > 0)) return;
      rows.push({what: what, leads: 0, kept: 0});
      steps.forEach(t => rows.push({what: what, leads: t.share_leads, kept: t[key], low: t[key + '_low'], high: t[key + '_high'],
        told: percent(t[key]) + ' of ' + what, at: t.threshold + ' points or more: ' + percent(t.share_leads) + ' of leads'}));
    });
    rows.sort((a, b) => a.leads - b.leads);
    const x = {field: 'leads', type: 'quantitative', ...limit(1), axis: share('best leads, as a share of all')};
    const y = {field: 'kept', type: 'quantitative', ...limit(1), axis: share('share of all')};
    const of = {field: 'what', type: 'nominal', sort: null};
    return {width: Math.min(width, 560) - 60, height: 300, layer: [
      {data: values([{p: 0}, {p: 1}]), mark: {type: 'line', color: soft, strokeDash: [4, 4], strokeWidth: 1},
        encoding: {x: {...x, field: 'p'}, y: {...y, field: 'p'}}},
      ...limits(rows, x, y),
      {data: values(rows), mark: {type: 'line', strokeWidth: 2.5}, encoding: {x: x, y: y,
        stroke: {...of, scale: lines, legend: legend(rows)}, strokeDash: {...of, scale: dashes, legend: legend(rows)}}},
      {data: values(rows.filter(r => r.told)), mark: {type: 'point', opacity: 0, size: 120}, encoding: {x: x, y: y,
        tooltip: [{field: 'at', title: 'Threshold'}, {field: 'told', title: 'Kept'}]}},
    ]};
  }

  function keeps(width) {
    const rows = [];
    [['wins', 'share_won'], ['revenue', 'share_amount'], ['win rate', 'win_rate']].forEach(([what, key]) => {
      if (!steps.some(t => finite(t[key]) && t[key] > 0)) return;
      steps.forEach(t => rows.push({what: what, at: t.threshold, value: t[key], low: t[key + '_low'], high: t[key + '_high']}));
    });
    if (steps.length < 3) return null;
    const x = {field: 'at', type: 'quantitative', scale: {domain: [steps[0].threshold, steps[steps.length - 1].threshold], nice: false},
      axis: {title: 'points or more', tickCount: 8, format: 'd'}};
    const y = {field: 'value', type: 'quantitative', ...limit(1), axis: share('share of all wins, of all revenue; win rate')};
    const of = {field: 'what', type: 'nominal', sort: null};
    return {width: width - 64, height: 240, params: [{name: 'chosen', value: steps[chosen].threshold}], layer: [
      ...limits(rows, x, y),
      {data: values(rows), mark: {type: 'line', strokeWidth: 2.5}, encoding: {x: x, y: y,
        stroke: {...of, scale: lines, legend: legend(rows)}, strokeDash: {...of, scale: dashes, legend: legend(rows)}}},
      {data: values(finite(data.mql) ? [{at: data.mql}] : []), mark: {type: 'rule', color: soft, strokeDash: [4, 3]}, encoding: {x: x}},
      {data: values([{}]), mark: {type: 'rule', color: ink, strokeWidth: 2}, encoding: {x: {type: 'quantitative', scale: x.scale, axis: x.axis, datum: {expr: 'chosen'}}}},
    ]};
  }

  function owners(width) {
    const rows = list('owners').filter(o => finite(o.value));
    if (rows.length < 2) return null;
    const names = unique(rows.map(o => o.name)), labels = labelWidth(names, 130);
    const told = rows.map((o, i) => ({...o, name: names[i], told: percent(o.value) + ' (' + range(o.low, o.high, percent) + ')'}));
    const x = {field: 'value', type: 'quantitative', axis: share('share of what the attributes explain')};
    const y = {field: 'name', type: 'nominal', sort: null, axis: {title: null, labelColor: ink, domain: false, ticks: false, labelLimit: labels}};
    return {width: Math.min(width, 720) - labels - 30, height: {step: 34}, layer: [
      {data: values(told), mark: {type: 'bar', color: first, opacity: 0.35, height: 16}, encoding: {x: x, y: y}},
      {data: values(told), mark: {type: 'rule', color: first, strokeWidth: 2.5}, encoding: {x: {...x, field: 'low'}, x2: {field: 'high'}, y: y}},
      {data: values(told), mark: {type: 'point', filled: true, color: first, size: 60, opacity: 1}, encoding: {x: x, y: y,
        tooltip: [{field: 'name', title: 'Owner'}, {field: 'told', title: 'Share'}]}},
    ]};
  }

  // Each attribute's effect in each quarter, one small drawing an attribute.
  function stability(width) {
    const rows = list('stability').filter(q => finite(q.odds_ratio));
    if (!rows.length) return null;
    const narrow = width < 640, columns = narrow ? 1 : 3, plot = (width - 30) / columns - 40;
    const names = [...new Set(rows.map(q => q.name))], quarters = [...new Set(rows.map(q => q.quarter))].sort();
    const told = rows.map(q => ({...q, told: ratio(q.odds_ratio) + ' (' + range(q.odds_ratio_low, q.odds_ratio_high, ratio) + ')', counted: count(q.won) + ' won of ' + count(q.rows)}));
    const x = {field: 'quarter', type: 'ordinal', scale: {domain: quarters}, axis: {title: null, labelAngle: -60, labelOverlap: true}};
    const all = rows.flatMap(q => [q.odds_ratio_low, q.odds_ratio_high, q.odds_ratio]).filter(finite);
    const domain = [Math.max(0.1, Math.min(0.8, ...all)), Math.min(20, Math.max(1.25, ...all))];
    const y = {field: 'odds_ratio', type: 'quantitative', scale: {type: 'log', domain: domain, clamp: true, nice: false},
      axis: {title: null, values: ticks(...domain), format: '~g', grid: true}};
    const panels = names.map(name => {
      const of = told.filter(q => q.name === name);
      return {width: plot, height: 110, title: name, layer: [
        {data: values([{at: 1}]), mark: {type: 'rule', color: soft}, encoding: {y: {...y, field: 'at'}}},
        {data: values(of), mark: {type: 'rule', color: first, strokeWidth: 2, opacity: 0.6}, encoding: {x: x, y: {...y, field: 'odds_ratio_low'}, y2: {field: 'odds_ratio_high'}}},
        {data: values(of), mark: {type: 'point', filled: true, color: first, size: 45, opacity: 1}, encoding: {x: x, y: y,
          tooltip: [{field: 'quarter', title: 'Quarter'}, {field: 'told', title: 'Effect'}, {field: 'counted', title: 'Leads'}]}},
      ]};
    });
    return {columns: columns, spacing: 22, concat: panels};
  }

  // Points with their intervals along one quantitative axis, a name a row.
  function intervals(rows, x, labels) {
    const y = {field: 'name', type: 'nominal', sort: null, axis: {title: null, labelColor: ink, domain: false, ticks: false, labelLimit: labels}};
    return [
      {data: values(rows), mark: {type: 'rule', color: first, strokeWidth: 2.5}, encoding: {x: {...x, field: 'low'}, x2: {field: 'high'}, y: y}},
      {data: values(rows), mark: {type: 'point', filled: true, color: first, size: 70, opacity: 1}, encoding: {x: x, y: y,
        tooltip: [{field: 'name', title: 'Of'}, {field: 'told', title: 'Value'}]}},
    ];
  }

  function candidates(width) {
    const all = list('candidates').filter(c => c.auc);
    if (!all.length) return null;
    const names = unique(all.map(c => c.name)), labels = labelWidth(names, 200);
    const rows = all.map((c, i) => ({...c.auc, name: names[i], told: fixed(c.auc.value, 3) + ' (' + range(c.auc.low, c.auc.high, v => fixed(v, 3)) + ')'}));
    const ends = rows.flatMap(r => [r.low, r.high, r.value]).filter(finite);
    const x = {field: 'value', type: 'quantitative', scale: {domain: [Math.min(0.48, ...ends), Math.max(...ends) + 0.01], nice: false},
      axis: {title: 'AUC', format: '.2f', tickCount: 6, grid: true}};
    return {width: Math.min(width, 720) - labels - 30, height: {step: 32}, layer: [
      {data: values([{at: 0.5}]), mark: {type: 'rule', color: soft, strokeDash: [4, 4]}, encoding: {x: {...x, field: 'at'}}}, ...intervals(rows, x, labels)]};
  }

  // Each claim twice: as counted, and other attributes being equal.
  function claims(width) {
    const all = list('claims'), names = unique(all.map(c => c.name)), narrow = width < 640, labels = labelWidth(names, narrow ? 130 : 320);
    const rows = all.flatMap((c, i) => [['raw', 'as counted'], ['adjusted', 'adjusted']].filter(([key]) => c[key] && c[key].value > 0)
      .map(([key, what]) => ({...c[key], name: names[i], what: what, told: what + ' ' + ratio(c[key].value) + ' (' + range(c[key].low, c[key].high, ratio) + ')'})));
    if (!rows.length) return null;
    const ends = rows.flatMap(r => [r.low, r.high, r.value]).filter(v => finite(v) && v > 0);
    const domain = [Math.max(0.05, Math.min(0.8, ...ends)), Math.min(50, Math.max(1.25, ...ends))];
    const x = {field: 'value', type: 'quantitative', scale: {type: 'log', domain: domain, clamp: true, nice: false},
      axis: {title: 'ratio of the group to the others', values: ticks(...domain), format: '~g', grid: true, labelOverlap: true}};
    const y = {field: 'name', type: 'nominal', sort: null, axis: {title: null, labelColor: ink, domain: false, ticks: false, labelLimit: labels}};
    const beside = {field: 'what', type: 'nominal', sort: ['adjusted', 'as counted'], scale: {paddingOuter: 0.8}};
    return {width: Math.min(width, 900) - labels - 30, height: {step: 13}, layer: [
      {data: values([{at: 1}]), mark: {type: 'rule', color: soft}, encoding: {x: {...x, field: 'at'}}},
      {data: values(rows.filter(r => r.low > 0 && r.high > 0)), mark: {type: 'rule', color: first, strokeWidth: 2, clip: true}, encoding: {x: {...x, field: 'low'}, x2: {field: 'high'}, y: y, yOffset: beside}},
      {data: values(rows), mark: {type: 'point', filled: true, size: 65, stroke: first, strokeWidth: 2, opacity: 1}, encoding: {x: x, y: y, yOffset: beside,
        fill: {field: 'what', type: 'nominal', legend: null, scale: {domain: ['adjusted', 'as counted'], range: [first, 'var(--paper)']}},
        tooltip: [{field: 'name', title: 'Claim'}, {field: 'told', title: 'Ratio'}]}},
    ]};
  }

  // What recent volume brings, and what the revenue takes, by threshold.
  function plan(width) {
    const rows = [], kinds = [['expected', 'expected at recent volume'], ['needed', 'needed for the revenue']].filter(([key]) => list('plan').some(t => t[key]));
    list('plan').filter(t => t.rows >= (data.fewest || 10)).forEach(t => kinds.forEach(([key, what]) => t[key] &&
      rows.push({what: what, at: t.threshold, ...t[key], told: oneDecimal(t[key].value) + ' (' + range(t[key].low, t[key].high, oneDecimal) + ')'})));
    if (rows.length < 3) return null;
    const colours = {domain: kinds.map(k => k[1]), range: [first, second]}, strokes = {domain: colours.domain, range: [[1, 0], [7, 3]]};
    const x = {field: 'at', type: 'quantitative', scale: {zero: false, nice: false}, axis: {title: 'points or more', tickCount: 8, format: 'd'}};
    const y = {field: 'value', type: 'quantitative', axis: {title: 'qualified leads a month', tickCount: 5, grid: true}};
    const of = {field: 'what', type: 'nominal', sort: null}, shown = {symbolType: 'stroke', symbolSize: 500, symbolStrokeWidth: 3, labelLimit: 300};
    return {width: Math.min(width, 720) - 64, height: 220, layer: [
      ...kinds.map(([, what], i) => ({data: values(rows.filter(r => r.what === what && finite(r.low) && finite(r.high))),
        mark: {type: 'area', opacity: 0.15, color: colours.range[i]}, encoding: {x: x, y: {...y, field: 'low'}, y2: {field: 'high'}}})),
      {data: values(rows), mark: {type: 'line', strokeWidth: 2.5}, encoding: {x: x, y: y, stroke: {...of, scale: colours, legend: shown},
        strokeDash: {...of, scale: strokes, legend: shown}}},
      {data: values(finite(data.agreed) ? [{at: data.agreed}] : []), mark: {type: 'rule', color: ink, strokeWidth: 1.5}, encoding: {x: x}},
      {data: values(rows), mark: {type: 'point', opacity: 0, size: 120}, encoding: {x: x, y: y,
        tooltip: [{field: 'at', title: 'Points or more'}, {field: 'what', title: 'Leads a month'}, {field: 'told', title: 'Value'}]}},
    ]};
  }

  // Three drawings of the same periods: what was delivered, whether the level holds, whether the ranking does.
  function periods(width) {
    const all = list('periods'), narrow = width < 640, plot = narrow ? width - 56 : (width - 60) / 3 - 40;
    if (all.length < 2) return null;
    const x = {field: 'name', type: 'ordinal', scale: {domain: all.map(p => p.name)}, axis: {title: null, labelAngle: -60, labelOverlap: true}};
    const line = (at, y) => finite(at) ? [{data: values([{at: at}]), mark: {type: 'rule', color: second, strokeDash: [5, 3], strokeWidth: 1.5}, encoding: {y: {...y, field: 'at'}}}] : [];
    const points = (title, key, low, high, at, write) => {
      const rows = all.filter(p => finite(p[key])).map(p => ({...p, told: write(p[key]) + ' (' + range(p[low], p[high], write) + ')'}));
      const y = {field: key, type: 'quantitative', scale: {zero: false}, axis: {title: null, tickCount: 5, grid: true}};
      return {width: plot, height: 150, title: title, layer: [...line(at, y),
        {data: values(rows.filter(p => finite(p[low]) && finite(p[high]))), mark: {type: 'rule', color: first, strokeWidth: 2, opacity: 0.6}, encoding: {x: x, y: {...y, field: low}, y2: {field: high}}},
        {data: values(rows), mark: {type: 'point', filled: true, color: first, size: 45, opacity: 1}, encoding: {x: x, y: y,
          tooltip: [{field: 'name', title: 'Period'}, {field: 'told', title: title}]}}]};
    };
    const y = {field: 'qualified', type: 'quantitative', axis: {title: null, tickCount: 5, grid: true}};
    const delivered = {width: plot, height: 150, title: 'Qualified leads', layer: [
      {data: values(all), mark: {type: 'bar', color: first, opacity: 0.5}, encoding: {x: x, y: y, tooltip: [{field: 'name', title: 'Period'}, {field: 'qualified', title: 'Qualified'}]}},
      ...line(data.planned, y)]};
    const panels = [delivered, points('Won over expected', 'won_over_expected', 'won_over_expected_low', 'won_over_expected_high', 1, ratio),
      points('AUC', 'auc', 'auc_low', 'auc_high', data.ranking, v => fixed(v, 3))];
    return narrow ? {vconcat: panels, spacing: 18} : {hconcat: panels, spacing: 22};
  }

  const charts = {claims: claims, plan: plan, periods: periods, candidates: candidates, forest: forest, keeps: keeps, calibration: calibration, gain: gain, owners: owners, stability: stability};
  const views = {};
  const options = {mode: 'vega-lite', actions: false, ast: true, renderer: 'svg', defaultStyle: false, config: config,
    tooltip: {theme: 'report', disableDefaultStyle: true}};

  function draw(name) {
    const figure = document.getElementById('chart-' + name);
    if (!figure) return null;
    figure.hidden = false;
    const plot = figure.querySelector('.plot'), width = Math.floor(plot.clientWidth), spec = charts[name](width);
    figure.hidden = !spec;
    if (!spec) return null;
    return vegaEmbed(plot, {autosize: {type: 'pad'}, padding: 2, ...spec}, options).then(made => {
      if (views[name]) views[name].finalize();
      views[name] = made;
      const svg = plot.querySelector('svg');
      // The figure is named and its numbers stand in a table: what is inside is drawing only.
      if (svg) svg.setAttribute('aria-hidden', 'true');
    });
  }

  // ---- the threshold explorer --------------------------------------------------------------------------------------------
  const steps = list('thresholds').filter(t => t.rows >= data.fewest);
  let chosen = Math.max(0, steps.findIndex(t => t.threshold === data.mql));

  function explorer() {
    const box = document.getElementById('explorer');
    if (!box || steps.length < 2) return;
    const slider = box.querySelector('#explorer-threshold'), capacity = box.querySelector('#explorer-capacity');
    const put = (name, text) => { const at = box.querySelector('[data-figure="' + name + '"]'); if (at) at.textContent = text; };
    const figure = (name, t, key, write) => {
      put(name, finite(t[key]) ? write(t[key]) : 'not available');
      put(name + '-range', finite(t[key]) ? range(t[key + '_low'], t[key + '_high'], write) : '');
    };
    const over = (t) => {
      const most = parseFloat(capacity.value), leads = t.leads_a_month;
      const write = value => value > 0 ? fixed(value, 1) + ' over' : fixed(-value, 1) + ' to spare';
      const known = finite(most) && most >= 0 && finite(leads);
      put('over', known ? write(leads - most) : '\u2013');
      put('over-range', known && finite(t.leads_a_month_low) ? write(t.leads_a_month_low - most) + ' \u2013 ' + write(t.leads_a_month_high - most) :
        'say how many leads a month sales can work');
    };
    const show = () => {
      const t = steps[chosen];
      put('threshold', count(t.threshold));
      put('rows', count(t.rows) + ' of ' + count(data.rows) + ' leads reach it; ' + count(t.won) + ' of those won' +
        (finite(t.amount) && data.amount > 0 ? ', for ' + count(t.amount) + ' of ' + count(data.amount) + ' in revenue' : ''));
      figure('leads', t, 'leads_a_month', oneDecimal);
      figure('wins', t, 'share_won', percent);
      figure('revenue', t, 'share_amount', percent);
      figure('rate', t, 'win_rate', percent);
      figure('per-lead', t, 'amount_per_lead', count);
      over(t);
      slider.setAttribute('aria-valuetext', count(t.threshold) + ' points or more: ' + count(t.rows) + ' leads, ' + percent(t.win_rate) + ' won');
      if (views.keeps) views.keeps.view.signal('chosen', t.threshold).runAsync();
    };
    slider.max = steps.length - 1;
    slider.value = chosen;
    if (finite(data.capacity)) capacity.value = data.capacity;
    slider.addEventListener('input', () => { chosen = Number(slider.value); show(); });
    capacity.addEventListener('input', show);
    box.hidden = false;
    show();
  }

  explorer();
  let drawnAt = 0, waiting = 0;
  function drawAll() {
    const width = document.documentElement.clientWidth;
    if (width === drawnAt) return;
    drawnAt = width;
    Promise.all(Object.keys(charts).map(draw)).then(() => { document.documentElement.dataset.charts = 'drawn'; });
  }
  drawAll();
  addEventListener('resize', () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 200); });
})();
